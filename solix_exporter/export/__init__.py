"""An account's answers as files to share or to replay: collected, made anonymous and written.

Any source can be asked, a folder of captured answers included. Only answers that name more to ask
about are parsed.
"""
