"""An account's answers as files that can be shared: asked, made anonymous, written, replayable.

It asks through any source, a folder of captured answers included, and knows no parser but those
that tell what else there is to ask about.
"""
