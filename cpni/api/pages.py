"""The page for whoever connects another system: every operation, in HTML without scripts."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cpni.api import ALWAYS, api
from cpni.api.problems import MEDIA_TYPE


def documentation(request: HttpRequest) -> HttpResponse:
    """What can be asked, with what, and what is answered."""
    document = api.get_openapi_schema(path_prefix="/api/v1/")
    operations = [
        _described(method, path, operation, document)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    context = {
        "api": document["info"],
        "operations": operations,
        "problems": ALWAYS.items(),
        "media_type": MEDIA_TYPE,
        "document": reverse("api:openapi-json"),
    }
    return render(request, "cpni/api/documentation.html", context)


def _described(method: str, path: str, operation: Any, document: Any) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    answers = [
        (str(status), _fields(answer["content"]["application/json"]["schema"], document))
        for status, answer in operation["responses"].items()
        if "application/json" in answer.get("content", {})
    ]
    return {
        "method": method.upper(),
        "path": path,
        "id": operation["operationId"],
        "description": operation.get("description", ""),
        "parameters": [
            (p["name"], _type(p["schema"]), p["required"], p.get("description", ""))
            for p in operation["parameters"]
        ],
        "body": _fields(body.get("schema", {}), document),
        "answers": answers,
    }


def _fields(schema: Any, document: Any) -> list[tuple[str, str, bool, str]]:
    """Name, type, whether it must be there, what it means; those of what it holds are indented."""
    schema = _opened(schema, document)
    found = []
    for name, field in schema.get("properties", {}).items():
        needed = name in schema.get("required", ())
        found.append((name, _type(field), needed, field.get("description", "")))
        inner = _inner(field)
        if inner:
            fields = _fields(inner, document)
            found += [(f"{name}.{below}", *rest) for below, *rest in fields]  # type: ignore[misc]
    return found


def _inner(field: Any) -> Any:
    """The schema of a record that ``field`` holds, or holds several of."""
    for one in (field, field.get("items", {}), *field.get("anyOf", ())):
        if "$ref" in one:
            return one
    return None


def _opened(schema: Any, document: Any) -> Any:
    if "$ref" in schema:
        return document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _type(schema: Any) -> str:
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if "$ref" in schema:
        return "object"
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    return {"date": "date"}.get(schema.get("format", ""), schema.get("type", "object"))
