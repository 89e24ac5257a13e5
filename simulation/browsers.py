"""The browsers people use, and those that monitors say they use."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Browser:
    """What a visit's user agent stands for."""

    name: str
    os: str
    device_type: str
    user_agent: str
    viewport: tuple[int, int]

    @property
    def is_touch(self) -> bool:
        return self.device_type == "mobile"


BROWSERS = (
    Browser(
        "Chrome",
        "Windows",
        "desktop",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
        "(KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
        (1920, 969),
    ),
    Browser(
        "Safari",
        "macOS",
        "desktop",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/18.6 Safari/605.1.15",
        (1440, 789),
    ),
    Browser(
        "Firefox",
        "Linux",
        "desktop",
        "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
        (1680, 938),
    ),
    Browser(
        "Safari",
        "iOS",
        "mobile",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
        (390, 745),
    ),
    Browser(
        "Chrome",
        "Android",
        "mobile",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 "
        "(KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
        (412, 785),
    ),
)

MONITORS = tuple(
    Browser(
        "Chrome",
        "Linux",
        "desktop",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/141.0.0.0 Safari/537.36 {monitor}",
        (1280, 720),
    )
    for monitor in ("DatadogSynthetics", "PingdomTMS/0.8.5", "Rigor")
)
