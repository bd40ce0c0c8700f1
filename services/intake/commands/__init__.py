"""What people ask of intake. The API's request bodies, unknown fields refused."""

from services.intake.commands.arranging import SetWindow, SplitOrder
from services.intake.commands.changing import AmendOrder, AnswerExtension, AnswerProposal, CancelOrder, ReviewOrder
from services.intake.commands.closing import AnswerClosing, LogCall, ProposeClosing, TurnAway
from services.intake.commands.placing import Channel, Consent, Contact, Excluded, Orderer, Party, PlaceOrder
from services.intake.commands.revealing import RevealContact, RevealedPart, RevealReason
from services.intake.commands.teaching import CorrectService
from services.intake.commands.words import LONGEST_NAME, LONGEST_PHONE, LONGEST_TEXT, Code, Command, Line, Words

__all__ = [
    "LONGEST_NAME",
    "LONGEST_PHONE",
    "LONGEST_TEXT",
    "AmendOrder",
    "AnswerClosing",
    "AnswerExtension",
    "AnswerProposal",
    "CancelOrder",
    "Channel",
    "Code",
    "Command",
    "Consent",
    "Contact",
    "CorrectService",
    "Excluded",
    "Line",
    "LogCall",
    "Orderer",
    "Party",
    "PlaceOrder",
    "ProposeClosing",
    "RevealContact",
    "RevealReason",
    "RevealedPart",
    "ReviewOrder",
    "SetWindow",
    "SplitOrder",
    "TurnAway",
    "Words",
]
