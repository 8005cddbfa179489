"""`python -m framecrew` is the command line."""

from framecrew.cli.main import main

main()
