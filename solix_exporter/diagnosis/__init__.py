"""The doctor: looks at a set-up step by step and says in plain sentences what to do.

It sees the exporter from outside and changes nothing; a login is sent once, and only where the
breaker lets it go.
"""

from solix_exporter.diagnosis.examine import examine, unusable
from solix_exporter.diagnosis.report import Finding, Mark, Report, Section

__all__ = ["Finding", "Mark", "Report", "Section", "examine", "unusable"]
