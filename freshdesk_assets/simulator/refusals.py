"""The API's ways of saying no (docs/freshdesk_api.md, 1.5)."""

from freshdesk_assets.simulator.state import Row


class Refused(Exception):
    """The request is answered with an error status and this body; None is an empty one."""

    def __init__(self, status: int, body: Row | None = None, location: str = "") -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body
        self.location = location


def validation_failed(field: str, message: str, code: str) -> Refused:
    """400 for one field or query parameter."""
    errors = [{"field": field, "message": message, "code": code}]
    return Refused(400, {"description": "Validation failed", "errors": errors})


def unexpected_field(field: str) -> Refused:
    """400 for a query parameter the endpoint does not know: a hard refusal (docs/freshdesk_api.md, 1.6)."""
    return validation_failed(field, "Unexpected/invalid field in request", "invalid_field")


def invalid_value(field: str, expected: str) -> Refused:
    """400 for a value outside what the parameter takes."""
    return validation_failed(field, f"It should be {expected}", "invalid_value")


def page_too_far() -> Refused:
    """400 for page 301 of the tickets list, word for word (docs/freshdesk_api.md, 1.5)."""
    message = "You cannot access tickets beyond the 300th page. Please provide a smaller page number."
    return validation_failed("page", message, "invalid_value")


def not_logged_in() -> Refused:
    """401: without description and errors, unlike the 400."""
    message = "You have to be logged in to perform this action."
    return Refused(401, {"code": "invalid_credentials", "message": message})


def access_denied() -> Refused:
    """403 for a role without the right."""
    message = "You are not authorized to perform this action."
    return Refused(403, {"code": "access_denied", "message": message})


def feature_required(feature: str) -> Refused:
    """403 for a plan without the feature."""
    message = (
        f"The {feature} feature(s) is/are not supported in your plan. Please upgrade your account to use it."
    )
    return Refused(403, {"code": "require_feature", "message": message})


def not_found() -> Refused:
    """404, with an empty body as live accounts send it."""
    return Refused(404)
