"""How it stands with times that were proposed to a patient, in words for the desk."""

from dataclasses import dataclass

from booking.admin import wording
from booking.enums import ProposalAnswer
from booking.models import Proposal
from flexclinic.lib import clock, when


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`tone` is that of its tag; `call` says that nothing more comes by itself."""

    proposal: Proposal
    visit: str
    words: str
    tone: str
    times: str
    call: bool


def as_asked(proposal: Proposal) -> Asked:
    """A proposal to whose appointment nothing else has happened."""
    if proposal.answer == ProposalAnswer.NONE:
        words, tone, call = "None of the times suits", "bad", True
    elif proposal.is_open(clock.now()):
        until = f"{when.format_time(proposal.expires_at)}, {wording.day(proposal.expires_at)}"
        words, tone, call = f"Asked to choose until {until}", "wait", False
    else:
        words, tone, call = "No answer in time", "bad", True
    return Asked(
        proposal=proposal,
        visit=wording.visit(proposal.appointment),
        words=words,
        tone=tone,
        times=wording.listed(
            [
                f"{wording.day(time.start)} at {when.format_time(time.start)} with {time.therapist.name}"
                for time in proposal.times.all()
            ]
        ),
        call=call,
    )
