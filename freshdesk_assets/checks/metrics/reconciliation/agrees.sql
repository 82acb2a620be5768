-- Ninety-nine tickets of a hundred agree with what Freshdesk says itself, of each measure that it tells.

select
  reconciliation.metric,
  reconciliation.compared,
  reconciliation.differs,
  reconciliation.share,
  reconciliation.ticket_ids,
  reconciliation.reason
from metrics.reconciliation
where reconciliation.compared >= 20 and reconciliation.share < 0.99
