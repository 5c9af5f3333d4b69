"""Who is told of a step: the outputs that its rule names, those of the escalations it has passed, or the default."""

from __future__ import annotations

from layouts.live.events import AlertChanged
from server.alerts.outputs.settings import Output
from server.alerts.rule import RANK
from server.alerts.rule_set import RuleSet


def is_recipient(output: Output, body: AlertChanged, rules: RuleSet) -> bool:
    """Whether the output is told of this step. Steps of rules that are not in the file go to the default ones."""
    if body.step not in output.steps or RANK[body.severity] < RANK[output.least_severity]:
        return False
    rule = rules.rule(body.rule)
    if rule is None:
        return output.is_default
    escalated = [
        name for step in rule.escalate if RANK[step.severity] <= RANK[body.severity] for name in step.to
    ]
    return output.name in escalated or (output.name in rule.to if rule.to else output.is_default)
