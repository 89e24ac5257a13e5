"""Calls, and the profiles that they come to."""

import json

from tests.identity.histories import Story
from tests.identity.stories.chapter import Chapter

chapter = Chapter()


@chapter.story
def _tell_login(story: Story) -> None:
    story.call(a="a1")
    story.identify(a="a1", u="u1")


@chapter.story
def _tell_two_devices(story: Story) -> None:
    story.identify(a="a1", u="u1")
    story.identify(a="a2", u="u1")


@chapter.story
def _tell_stranger(story: Story) -> None:
    story.call(a="a1")


@chapter.story
def _tell_newsletter(story: Story) -> None:
    story.identify(a="a1", e="e@x.io")
    story.identify(a="a2", e="e@x.io")


@chapter.story
def _tell_mail_then_login(story: Story) -> None:
    story.identify(a="a1", e="e@x.io")
    story.identify(a="a2", u="u1", e="e@x.io")


@chapter.story
def _tell_one_value_two_types(story: Story) -> None:
    story.call(a="42")
    story.call(u="42")


@chapter.story
def _tell_spelling(story: Story) -> None:
    story.identify(a="a1", e=f"= {story.name}@x.io ")
    story.identify(a="a2", e=f"={story.name.title()}@X.IO")
    story.call(u="u1")
    story.call(u="U1")


@chapter.story
def _tell_junk_users(story: Story) -> None:
    story.identify(a="a1", u="=null")
    story.identify(a="a2", u="=undefined")
    story.identify(a="a3", u="=NULL")


@chapter.story
def _tell_nil_device(story: Story) -> None:
    story.identify(a="=00000000-0000-0000-0000-000000000000", u="u1")
    story.identify(a="=00000000-0000-0000-0000-000000000000", u="u2")


@chapter.story
def _tell_own_blocked_value(story: Story) -> None:
    story.identify(a="a1", u="=QA")
    story.identify(a="a2", u="=qa")


@chapter.story
def _tell_super_node(story: Story) -> None:
    for device in range(150):
        story.identify(a=f"a{device}", e="test@test.com")


@chapter.story
def _tell_lent_laptop(story: Story) -> None:
    story.identify(a="a1", u="u1")
    story.identify(a="a1", u="u2")


@chapter.story
def _tell_kiosk(story: Story) -> None:
    for user in range(1, 6):
        story.identify(a="kiosk", u=f"u{user}")
    story.identify(a="home", u="u1")


@chapter.story
def _tell_chain(story: Story) -> None:
    story.identify(a="a1", u="u1")
    story.identify(a="a1", e="e@x.io")
    story.identify(a="a2", e="e@x.io")
    story.identify(a="a2", u="u2")


@chapter.story
def _tell_behind(story: Story) -> None:
    story.identify(u="u1", e="e@x.io")
    story.identify(u="u2", e="e@x.io")
    story.identify(a="a1", e="e@x.io")
    story.identify(a="a2", e="e@x.io")
    story.identify(a="a2", e="other@x.io")


@chapter.story
def _tell_alias(story: Story) -> None:
    story.identify(a="a1", u="u1")
    story.identify(a="a2", u="u2")
    story.alias("u1", "u2")


@chapter.story
def _tell_alias_unshares(story: Story) -> None:
    story.identify(a="a1", u="u1")
    story.identify(a="a1", u="u2")
    story.alias("u1", "u2")


@chapter.story
def _tell_alias_chain(story: Story) -> None:
    story.identify(a="a1", u="u1")
    story.identify(a="a3", u="u3")
    story.alias("u1", "u2")
    story.alias("u2", "u3")


@chapter.story
def _tell_alias_back(story: Story) -> None:
    story.alias("u1", "u2")
    story.alias("u2", "u1")


@chapter.story
def _tell_alias_to_junk(story: Story) -> None:
    story.identify(a="a1", u="u1")
    story.alias("u1", "=undefined")
    story.alias("=anonymous", "u1")
    story.identify(a="a2", u="u2")
    story.alias("=anonymous", "u2")
    story.alias("u1", "u1")


@chapter.story
def _tell_alias_from_device(story: Story) -> None:
    story.call(a="a1")
    story.alias("a1", "u1")


@chapter.story
def _tell_alias_from_later_user(story: Story) -> None:
    story.call(a="x1")
    story.alias("x1", "u1")
    story.call(u="x1")


@chapter.story
def _tell_two_accounts_one_mail(story: Story) -> None:
    story.identify(a="a1", u="u1", e="e@x.io")
    story.identify(a="a2", u="u2", e="e@x.io")


@chapter.story
def _tell_mail_first(story: Story) -> None:
    story.identify(u="u1", e="e@x.io")
    story.identify(a="a9", e="e@x.io")
    story.identify(a="a9", u="u2")


@chapter.story
def _tell_late_event(story: Story) -> None:
    story.call(a="a2", received=10)
    story.identify(a="a2", e="e@x.io", received=20)
    story.identify(a="a1", e="e@x.io", received=30, at=1)


@chapter.story
def _tell_late_device(story: Story) -> None:
    story.call(a="z", received=10)
    story.call(a="a", received=30, at=1, context_anonymous_id=story.value("z"))


@chapter.story
def _tell_moves_once(story: Story) -> None:
    story.call(a="a1", received=10)
    story.identify(a="a1", u="u1", received=20)
    story.identify(a="a1", u="u1", received=30)
    story.identify(a="a2", u="u1", received=40)


@chapter.story
def _tell_strangers_meet(story: Story) -> None:
    story.call(a="a1", received=10)
    story.call(a="a2", received=11)
    story.call(a="a1", context_anonymous_id=story.value("a2"), received=20)


@chapter.story
def _tell_server_event(story: Story) -> None:
    story.identify(a="a1", u="u1")
    story.call(u="u1")


@chapter.story
def _tell_override_unlinks(story: Story) -> None:
    story.identify(a="a1", u="u1")
    story.identify(a="a1", u="u2")


@chapter.story
def _tell_override_joins(story: Story) -> None:
    story.identify(a="a1", u="u1")
    story.identify(a="a2", u="u2")


@chapter.story
def _tell_override_joins_device(story: Story) -> None:
    story.identify(a="a1", u="u1")
    story.call(a="a9")


@chapter.story
def _tell_override_kiosk(story: Story) -> None:
    story.identify(a="a1", u="u1")


@chapter.story
def _tell_repeated_event(story: Story) -> None:
    story.call(a="a1", u="u1", event_id="same", received=10)
    story.call(a="a1", u="u1", event_id="same", received=20)
    story.call(a="a2", u="u1", event_id="same", received=30)
    story.call("identifies", a="a3", u="u1", event_id="same", received=40)


@chapter.story
def _tell_context_anonymous(story: Story) -> None:
    story.identify(u="u1", context_anonymous_id=story.value("a1"))


@chapter.story
def _tell_crm(story: Story) -> None:
    ids = [
        {"type": "salesforce_id", "id": story.value("sf1"), "collection": "users"},
        {"type": "hubspot_id", "id": story.value("hs1"), "collection": "accounts"},
        {"type": "shoe_size", "id": "44", "collection": "users"},
    ]
    story.identify(u="u1", context_external_ids=json.dumps(ids))
    story.identify(a="a2", context_external_ids="not json")


@chapter.story
def _tell_deleted(story: Story) -> None:
    story.identify(a="a1", u="u1", e="e@x.io")
    story.identify(a="a2", e="e@x.io")
    story.identify(a="a2", u="u2")
    story.session("s1", 1000, 1010, a="a3", u="u1")
    story.session("s2", 1000, 1010, a="a2")
    story.session_identify("s2", 1005, u="u1")
    story.suppress("user_id", "u1")
    story.suppress("email", "E@x.io")


@chapter.story
def _tell_echo(story: Story) -> None:
    story.identify(a="a1", u="u1")
    story.identify(a="a1", u="u2", context_integration_name="relyv-segment")


@chapter.story
def _tell_from_the_future(story: Story) -> None:
    story.identify(a="a1", u="u1")
    story.identify(a="a1", u="u2", received=100_000)
    story.session("s1", 100_000, 100_010, a="a1")


@chapter.story
def _tell_phones(story: Story) -> None:
    handset = [{"type": "phone", "id": "+1 (202) 555-0123", "collection": "users"}]
    story.identify(a="a1", context_external_ids=json.dumps(handset))
    story.call(a="a2", context_traits_phone="001.202.555.0123")
    story.call("identifies", a="a3", phone="+1/202/5550123")
    story.session("s4", 1000, 1010, a="a4")
    story.session_identify("s4", 1005, u=None, phone="+12025550123")
    story.call("identifies", a="a5", phone="0171 999-888")
    story.call("identifies", a="a6", phone="0171999888")
    story.call("identifies", a="a7", phone="12025550123")
    story.call("identifies", a="a8", phone="000-000-0000")
    story.call("identifies", a="a9", phone="(000) 000 0000")


@chapter.story
def _tell_traits(story: Story) -> None:
    crm = [{"type": "Salesforce_ID", "id": story.value("sf1"), "collection": "users"}]
    story.identify(a="a1", context_external_ids=json.dumps(crm))
    story.call("identifies", a="a2", salesforce_id=f" {story.value('sf1')} ")
    story.call("groups", a="a3", group_id="g1")


@chapter.story
def _tell_long_chain(story: Story) -> None:
    for number in range(3000):
        next_device = story.value(f"a{number + 1}")
        story.call(a=f"a{number}", context_anonymous_id=next_device)


@chapter.story
def _tell_many_mails(story: Story) -> None:
    story.identify(a="a1", u="u1", e="e1@x.io", received=10)
    for number in (2, 3, 4):
        story.identify(u="u1", e=f"e{number}@x.io", received=10 + number)
    story.identify(u="u1", e="e6@x.io", received=20)
    story.identify(u="u1", e="e5@x.io", received=20)
    story.identify(u="u1", e="e7@x.io", received=30)
    story.identify(a="a7", e="e7@x.io", received=40)
