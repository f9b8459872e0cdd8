"""What we promise to others: services as data, and the conformance statement that is printed from them and from the rows.

Nothing here opens a socket or a file; network, media and command line do what stands here, and tests hold them to it.
"""
