"""`runner schema`: prints the JSON Schema of scenario files."""


def schema() -> None:
    """Print the JSON Schema that editors complete scenarios from."""
    import json

    from runner.formats import schema as schemas

    print(json.dumps(schemas.schema(), indent=2))
