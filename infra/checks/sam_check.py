"""Translates a SAM template as a deployment would, without AWS, and prints how many resources it becomes.

Usage: sam_check.py TEMPLATE [--json]. With --json it prints the translated template instead. Ends with 1 and one line an error; with 77 when the translator is not installed.
"""
import json
import os
import sys

try:
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator
    from samtranslator.yaml_helper import yaml_parse
except ImportError:
    print("aws-sam-translator is not installed")
    sys.exit(77)

# `sam package` replaces local paths by S3 addresses before the translation; the translator refuses local ones.
LOCAL_PATHS = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::StateMachine": "DefinitionUri"}
PACKAGED = "s3://bucket/key"


def load(path):
    with open(path, encoding="utf-8") as file:
        template = yaml_parse(file.read())
    function_defaults = template.get("Globals", {}).get("Function", {})
    if "CodeUri" in function_defaults:
        function_defaults["CodeUri"] = PACKAGED
    for resource in template["Resources"].values():
        name = LOCAL_PATHS.get(resource["Type"])
        properties = resource.setdefault("Properties", {})
        if isinstance(properties.get(name), str):
            properties[name] = PACKAGED
    return template


def main(path, prints_json):
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")  # without a region the translator raises
    try:
        translated = Translator({}, Parser()).translate(load(path), parameter_values={})
    except InvalidDocumentException as error:
        for cause in error.causes:
            print(cause.message)
        return 1
    print(json.dumps(translated) if prints_json else f"{len(translated['Resources'])} resources")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--json" in sys.argv[2:]))
