"""The sandbox as an application: Segment's APIs, and a look inside beside them.

The routes translate between HTTP and the modules that know what becomes of a message.
"""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Mount

from tracking.sandbox import calls, looks, profile_api, public_api
from tracking.sandbox.replies import http_error
from tracking.sandbox.state import Sandbox


def sandbox_app(*, latency_seconds: float = 0.0) -> Starlette:
    """
    Build the application, with a sandbox of its own behind it.

    Only /v1 may be called from other sites' pages: what came is nobody else's business.
    """
    cross_origin = Middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "POST"],
        allow_headers=["authorization", "content-type", "x-retry-count"],
    )
    segment = Starlette(
        routes=calls.ROUTES,
        middleware=[cross_origin],
        exception_handlers={HTTPException: http_error},
    )
    app = Starlette(
        routes=[
            *profile_api.ROUTES,
            *public_api.ROUTES,
            Mount("/v1", app=segment),
            *looks.ROUTES,
        ],
        exception_handlers={HTTPException: http_error},
    )
    app.state.sandbox = segment.state.sandbox = Sandbox(latency_seconds=latency_seconds)
    return app
