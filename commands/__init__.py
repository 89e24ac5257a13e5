"""What each sub-command of `relyv` reads from the command line, and prints.

The only place that prints. A command imports what it needs when it runs, so that
`relyv --help` answers at once.
"""
