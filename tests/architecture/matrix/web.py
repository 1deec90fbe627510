"""Who reaches the pages of the shell: everybody reads, only the signed in have a space of their own."""

from tests.architecture.routes import SIGNED_IN, Route

ROUTES = {
    "health": Route(),
    "web:home": Route(),
    "web:data": Route(),
    "web:privacy": Route(),
    "web:accessibility": Route(),
    "web:me": Route(get=SIGNED_IN),
}
