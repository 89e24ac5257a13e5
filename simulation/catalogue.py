"""The demo shop that everybody visits: its pages, its buttons, what it reports.

All text is fixed, so it is turned into JSON once, when the module is imported.
"""

from dataclasses import dataclass

from simulation.fragments import fragment

SITE = "https://shop.example"


@dataclass(frozen=True, slots=True)
class Target:
    """Something to click, and what answers when it works."""

    fields: str
    response: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page, as both sides report it, with what can be clicked there."""

    name: str
    category: str
    path: str
    relyv: str
    context: str
    properties: str
    targets: tuple[Target, ...]
    api: str


def _button(key: str, label: str, response: str = "mutation") -> Target:
    fields = fragment(
        selector=f"main button[data-key='{key}']",
        target_key=key,
        target_tag="button",
        target_type="button",
        target_role="button",
        target_label=label,
        is_interactive=True,
        href_kind="none",
    )
    return Target(fields, response)


def _page(name: str, category: str, path: str, *targets: Target) -> Page:
    url = f"{SITE}{path}"
    title = f"{name} · Shop"
    return Page(
        name=name,
        category=category,
        path=path,
        relyv=fragment(page_url=url, page_path=path),
        context=fragment(
            page={
                "path": path,
                "referrer": "",
                "search": "",
                "title": title,
                "url": url,
            }
        ),
        properties=fragment(path=path, title=title, url=url, name=name),
        targets=targets,
        api=f"/api/{category}/:id",
    )


PAGES = (
    _page(
        "Home",
        "browse",
        "/",
        _button("hero", "See what is new", "mutation"),
        _button("menu", "Menu"),
        _button("newsletter", "Subscribe", "network"),
    ),
    _page(
        "Search",
        "browse",
        "/search",
        _button("search-go", "Search", "network"),
        _button("filter-price", "Price"),
        _button("filter-colour", "Colour"),
    ),
    _page(
        "Category",
        "browse",
        "/c/fruit",
        _button("sort", "Sort by price"),
        _button("grid", "Show as grid"),
        _button("compare", "Compare"),
    ),
    _page(
        "Product",
        "product",
        "/p/mango",
        _button("add-to-cart", "Add to cart", "network"),
        _button("size", "Size"),
        _button("photos", "All photos"),
    ),
    _page(
        "Reviews",
        "product",
        "/p/mango/reviews",
        _button("helpful", "Helpful", "network"),
        _button("stars", "Only five stars"),
        _button("translate", "Translate", "network"),
    ),
    _page(
        "Cart",
        "checkout",
        "/cart",
        _button("coupon", "Use coupon", "network"),
        _button("to-checkout", "Go to checkout", "mutation"),
        _button("remove", "Remove"),
    ),
    _page(
        "Checkout",
        "checkout",
        "/checkout",
        _button("pay", "Pay now", "network"),
        _button("address", "Use my address"),
        _button("invoice", "I need an invoice"),
    ),
    _page(
        "Account",
        "account",
        "/account",
        _button("save", "Save", "network"),
        _button("avatar", "Change picture"),
        _button("language", "Language"),
    ),
    _page(
        "Orders",
        "account",
        "/account/orders",
        _button("track", "Where is it?", "network"),
        _button("again", "Order again", "network"),
        _button("details", "Details"),
    ),
    _page(
        "Help",
        "support",
        "/help",
        _button("contact", "Contact us"),
        _button("topic", "Returns"),
        _button("article", "Read more"),
    ),
)

FORM_FIELDS = (
    fragment(selector="#email", target_key="email", target_tag="input"),
    fragment(selector="#street", target_key="street", target_tag="input"),
    fragment(selector="#card", target_key="card", target_tag="input"),
)

# What a visitor does, as the six track events with properties of every JSON type.
TRACKS = (
    (
        "Product Viewed",
        fragment(product_id="p-17", price=4.5, currency="EUR", in_stock=True),
    ),
    (
        "Product Viewed",
        fragment(product_id="p-23", price=12, currency="EUR", in_stock=False),
    ),
    (
        "Product Added",
        fragment(product_id="p-17", quantity=2, tags=["fruit", "ripe"]),
    ),
    (
        "Search Performed",
        fragment(query="mango", result_count=31, filters={"colour": "red", "max": 9}),
    ),
    ("Checkout Started", fragment(step=1, value=21.9, is_guest=True)),
    (
        "Order Completed",
        fragment(
            order_id="o-4711",
            revenue=38.25,
            currency="EUR",
            products=[{"id": "p-17", "quantity": 2}, {"id": "p-23", "quantity": 1}],
            delivery_on="2026-01-15T00:00:00.000Z",
            coupon="",
        ),
    ),
)
SIGNED_UP = ("Signed Up", fragment(method="email", invited=False))
INVOICE_PAID = ("Invoice Paid", fragment(amount=49, currency="EUR", attempts=1))
CUSTOM_EVENTS = (
    fragment(custom_name="coupon_refused", properties={"code": "SPRING", "left": 0}),
    fragment(custom_name="chat_opened", properties={"queue": 3}),
    fragment(custom_name="video_played", properties={"seconds": 12.5, "muted": True}),
)
