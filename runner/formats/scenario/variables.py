"""Variables out of nodes: values as they are spelled, those of the environment, and secrets, whose values stay out."""

from runner.core.places import variable_complaint
from runner.core.template import NAME
from runner.core.wording import quoted
from runner.formats.scenario.keys import ENVIRONMENT
from runner.formats.scenario.reader import Reader, bounded
from runner.formats.source.nodes import MapNode, Node


def variables(reader: Reader, node: Node) -> tuple[dict[str, str], dict[str, str]]:
    """The variables with their values, and the secret ones with where their values are."""
    table = reader.table(node, "vars", "a map of variables")
    values: dict[str, str] = {}
    secrets: dict[str, str] = {}
    for name, value in (table.entries if table is not None else {}).items():
        assert table is not None
        key = bounded(f"vars.{name}")
        if not NAME.match(name):
            reader.say(table.keys[name], key, variable_complaint(name))
        elif isinstance(value, MapNode) and "env" in value.entries:
            _from_environment(reader, name, value, values, secrets)
        elif (text := reader.text(value, key)) is not None:
            values[name] = text.text
    return values, secrets


def _from_environment(
    reader: Reader, name: str, node: MapNode, values: dict[str, str], secrets: dict[str, str]
) -> None:
    """A variable that the environment holds; of a secret one only the place is kept."""
    key = f"vars.{name}"
    reader.known(node, key, ENVIRONMENT)
    variable = reader.word(node.entries["env"], f"{key}.env", "the name of an environment variable")
    masked = None
    if "secret" in node.entries:
        masked = reader.choice(node.entries["secret"], f"{key}.secret", ("true", "false"))
    if variable is None:
        return
    if masked == "true" and not reader.needs_secrets:
        secrets[name] = variable
    elif variable not in reader.environ:
        values[name] = ""
        reader.say(
            node.entries["env"], f"{key}.env", f"the environment variable {quoted(variable)} is not set"
        )
    elif masked == "true":
        secrets[name] = variable
    else:
        values[name] = reader.environ[variable]
