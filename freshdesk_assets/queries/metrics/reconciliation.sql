-- Do our figures agree with Freshdesk's own?

select
  reconciliation.metric,
  reconciliation.compared,
  round(100 * reconciliation.share, 2) as percent_equal,
  reconciliation.differs,
  reconciliation.reason
from metrics.reconciliation;

-- What is compared with what?

select
  reconciliation.metric,
  reconciliation.description
from metrics.reconciliation;
