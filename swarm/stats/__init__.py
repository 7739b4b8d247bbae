"""Statistics: is the difference real? Pure functions over samples, from SciPy.

Nothing here knows runs, files or pages. SciPy takes most of a second to import, so whoever starts quickly, such as
a performer or the command line, imports these modules only where it computes.
"""
