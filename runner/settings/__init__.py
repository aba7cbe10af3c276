"""What a project says of its providers, and the keys it keeps outside its files; nothing is opened or sent here.

Law: a key comes from the environment or from `.env` and goes nowhere but to the transport: it stands in no file that
is written, in no error and in no `repr`.
"""

from runner.settings.provider import Kind, Price, Provider, Retries, Timeouts
from runner.settings.settings import Settings
from runner.settings.sources import read_environment

__all__ = ["Kind", "Price", "Provider", "Retries", "Settings", "Timeouts", "read_environment"]
