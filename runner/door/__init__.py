"""The Python door: what programs and notebooks call; it adds nothing that the command line could not do, and prints nothing.

Law: what is called is over when it returns or raises, Ctrl-C included. What is shown of a model is escaped.
"""
