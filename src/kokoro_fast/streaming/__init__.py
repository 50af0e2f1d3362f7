"""Live speech: made ahead of its listener, in a thread, at the pace of this machine.

Reading order: `stream` (what the consumer sees), `prefetch` (an iterator that runs ahead in a thread), `live` (text to
planned chunks while it comes), `pacing` (how long the next chunk may be, and its first window).
"""
