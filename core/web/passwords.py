"""Which passwords are good enough: 12 characters, hard to guess, of any kind in any mix (ASVS 5.0, 6.2)."""

from typing import Any

from flask_security import PasswordUtil
from zxcvbn import zxcvbn

from core.refusals import N_, Refusal

SHORTEST = 12
LONGEST = 256
# zxcvbn ships 30,000 passwords that were leaked most often and reads at most 72 characters.
READ_BY_ZXCVBN = 72
HARD_ENOUGH = 3
# How many letters beside usual words make it somebody's own.
OWN_LETTERS = 4
# What people at a desk choose in our languages, which its lists do not hold.
USUAL = tuple(
    "welkom wachtwoord geheim inloggen zomer herfst voorjaar januari februari maart augustus oktober "
    "incasso aanmaning factuur debiteur bienvenue motdepasse bonjour soleil printemps automne facture "
    "recouvrement janvier fevrier septembre willkommen passwort kennwort geheimnis sommer fruehling "
    "herbst rechnung mahnung inkasso dezember velkommen passord hemmelig sommeren vinter faktura purring "
    "inkassosak amsterdam oslo berlin brussel bruxelles password welcome summer winter spring autumn "
    "invoice collections portal desk".split()
)


class PasswordTooShort(Refusal):
    """Fewer characters than the least."""

    sentence = N_("Use at least %(least)s characters. A few words in a row work well.")


class PasswordTooLong(Refusal):
    """More characters than anybody types."""

    sentence = N_("Use at most %(most)s characters.")


class PasswordEasyToGuess(Refusal):
    """It is on a list of leaked passwords, or close to one, or made of the member's own names."""

    sentence = N_("This password is easy to guess: many people use it or one like it. Please choose another.")


class Passwords(PasswordUtil):
    """Our rules in the place where Flask-Security looks for them."""

    def validate(self, password: str, is_register: bool, **about: Any) -> tuple[list[str] | None, str]:
        """Return (reasons, normal form); the reasons are English source texts, None when there are none."""
        normal = self.normalize(password)
        try:
            check(normal, known_words=about.get("known_words", ()))
        except Refusal as refusal:
            return [str(refusal)], normal
        return None, normal


def check(password: str, *, known_words: tuple[str, ...] = ()) -> None:
    """Accept a password in its normal form; `known_words` are names an attacker would try first.

    Raises PasswordTooShort, PasswordTooLong or PasswordEasyToGuess.
    """
    if len(password) < SHORTEST:
        raise PasswordTooShort(least=SHORTEST)
    if len(password) > LONGEST:
        raise PasswordTooLong(most=LONGEST)
    words = {word for word in (*USUAL, *known_words) if len(word) > 2}
    found = zxcvbn(password[:READ_BY_ZXCVBN], user_inputs=sorted(words))
    if found["score"] < HARD_ENOUGH or _is_a_word_with_trimmings(password.lower(), words):
        raise PasswordEasyToGuess


def _is_a_word_with_trimmings(password: str, words: set[str]) -> bool:
    """Return whether usual words, digits and signs are all there is, as in `Welkom2026!!`."""
    letters = "".join(sign for sign in password if sign.isalpha())
    rest = letters
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != letters and len(rest) < OWN_LETTERS
