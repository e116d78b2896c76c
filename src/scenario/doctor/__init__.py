"""What there is to play scenarios with: settings and where they come from, keys, local servers, extras, places.

`examine` looks; what it finds are values, and `problems` is a pure function of them. Nothing leaves the machine, and
only servers on loopback are asked, unless a `call` is wished for.
"""

from scenario.doctor.findings import Call, Examination, Extra, Found, Key, Server, Setting, problems
from scenario.doctor.probes import call, examine

__all__ = ["Call", "Examination", "Extra", "Found", "Key", "Server", "Setting", "call", "examine", "problems"]
