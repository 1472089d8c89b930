"""Why a policy cannot be as somebody wants it, each in a sentence."""

from core.refusals import N_, Refusal


class PolicyRefused(Refusal):
    """The policy cannot be like this; nothing was changed."""


class NoStages(PolicyRefused):
    """A policy without a stage would never write."""

    sentence = N_("Add at least one step.")


class TooManyStages(PolicyRefused):
    """More stages than anybody should get reminders."""

    sentence = N_("At most %(most)s steps are possible.")


class StagesNotAscending(PolicyRefused):
    """Each stage comes later after the due date than the one before."""

    sentence = N_("Each step must come later after the due date than the step before it.")


class StageDaysOutOfRange(PolicyRefused):
    """A reminder comes after the due date."""

    sentence = N_("A step comes 1 to %(most)s days after the due date.")


class StageTextUnknown(PolicyRefused):
    """No such text, or one that is not about open invoices."""

    sentence = N_("Choose one of the texts for reminders.")


class GapOutOfRange(PolicyRefused):
    """The gap is at least a day, at most a year."""

    sentence = N_("Between two messages lie 1 to %(most)s days.")


class HourOutOfRange(PolicyRefused):
    """Not an hour of the day."""

    sentence = N_("Choose an hour from 0 to 23.")


class MinimumNegative(PolicyRefused):
    """An amount below nothing."""

    sentence = N_("The smallest amount cannot be below zero.")


class NameMissing(PolicyRefused):
    """A plan is chosen by its name."""

    sentence = N_("Give the plan a name of at most %(most)s characters.")


class NameKnown(PolicyRefused):
    """Two plans of one name cannot be told apart."""

    sentence = N_("There is already a plan with this name.")


class SelectorKnown(PolicyRefused):
    """Two plans for the same debtors: none of them would be the right one. `name` is the other's."""

    sentence = N_("The plan %(name)s is already for these debtors.")


class SelectorContradicts(PolicyRefused):
    """A plan that is chosen by hand is for nobody else."""

    sentence = N_("A plan for debtors who are put on it by hand cannot be for a kind or a country as well.")


class DefaultStays(PolicyRefused):
    """Somebody has to have the debtors that no other plan fits."""

    sentence = N_("This plan is for all debtors whom no other plan fits. It stays so.")
