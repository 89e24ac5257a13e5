"""Sessions, and the people to whom they belong."""

from tests.identity.histories import Story
from tests.identity.stories.chapter import Chapter

chapter = Chapter()


@chapter.story
def _tell_during(story: Story) -> None:
    story.session("s1", 1000, 1030, a="a1")
    story.session_identify("s1", 1010, u="u1")
    story.session("s2", 2000, 2030, a="a2")
    story.identify(a="a2", u="u2", received=2010)
    story.session("s3", 3000, 3030, a="a3", u="u3", identified_at=None)


@chapter.story
def _tell_shared_device(story: Story) -> None:
    story.session("before", 900, 910, a="a1")
    story.identify(a="a1", u="u1", received=950)
    story.session("between", 1900, 1910, a="a1")
    story.identify(a="a1", u="u2", received=2000)
    story.session("after", 2050, 2060, a="a1")
    story.session("much_later", 2150, 2160, a="a1")
    story.session("with_it", 2200, 2210, a="a1")
    story.session("another_day", 3000, 3010, a="a1")
    story.session("junk", 1950, 1960, a="a1", u="=null")
    story.session_identify("junk", 1955, u="=undefined")


@chapter.story
def _tell_forgetful_device(story: Story) -> None:
    for number, user in enumerate(("u1", None, "u1", None, None)):
        start = 1000 + 1000 * number
        story.session(f"s{number}", start, start + 10, a="a1")
        if user:
            story.identify(a="a1", u=user, received=start + 5)
    story.session("beside", 1050, 1060, a="a1")


@chapter.story
def _tell_forgetful_address(story: Story) -> None:
    for device, mail, told in (("a1", "e1", (0, 40)), ("a2", "e2", (0,))):
        for start in (0, 40, 2000, 3000, 4000):
            name = f"{device}-{start}"
            story.session(name, 1000 + start, 1010 + start, a=device)
            if start in told:
                story.identify(a=device, e=f"{mail}@x.io", received=1005 + start)


@chapter.story
def _tell_named_by_email(story: Story) -> None:
    story.identify(a="a1", u="u1", received=10)
    story.identify(a="a1", u="u2", received=20)
    story.session("s1", 1000, 1010, a="a1")
    story.identify(a="a1", e="E@x.io", received=1005)
    story.session("s2", 1040, 1050, a="a1")
    story.identify(a="a2", e="e@x.io", received=30)


@chapter.story
def _tell_switch(story: Story) -> None:
    story.session("s1", 1000, 1030, a="a1", u="u2")
    story.session_identify("s1", 1005, u="u1")
    story.session_identify("s1", 1020, u="u2")


@chapter.story
def _tell_graph(story: Story) -> None:
    story.session("s1", 1000, 1030, a="a1")
    story.session("stranger", 1000, 1030, a="a2")
    story.session("nobody", 1000, 1030)
    story.identify(a="a1", u="u1", received=2000)
