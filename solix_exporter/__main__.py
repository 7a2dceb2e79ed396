"""`python -m solix_exporter` is the same as `solix-exporter`."""

from solix_exporter.cli import main

if __name__ == "__main__":
    main()
