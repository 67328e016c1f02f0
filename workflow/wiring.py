"""What follows from what in the flows: event -> reactions, kind of job -> what does it, the part of the sweep."""

from review.background.services.tables import Tables
from review.domain.events import Event
from workflow import advance, nodes, together

TABLES = Tables(
    reactions={Event.MEASURE_APPROVED: (advance.ask,), Event.MEASURE_SETTLED: (advance.ask,)},
    jobs={advance.ADVANCE: advance.advance, nodes.FLOW_JOB: nodes.run_flow_job, together.KIND: together.work_on},
    sweep=(advance.advance_all,),
)
