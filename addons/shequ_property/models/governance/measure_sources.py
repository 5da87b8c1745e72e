"""Where the cases of a promise come from: one SQL statement for each measure.

Each gives rows of a measured promise: ``measure_id, ticket_id, call_id, task_id,
check_id, hit, points, at``.  Parameters: ``ids`` (of the measured promises) and
``now`` (UTC).  A case belongs to exactly one period, by the instant that decided it:

- a clock by when it was stopped, or by its deadline when that came first: a promise
  that was missed in March is not missed again in April when the work is done;
- a rating, a call, a report by when it was given;
- a round by when it had to be done.
"""

#: Older clocks and tickets than this are not looked for; lets an index narrow it.
LOOK_BACK = "2 years"

CATEGORY = """
    (NOT EXISTS (SELECT 1 FROM {rel} r WHERE r.shequ_contract_commitment_id = c.id)
     OR EXISTS (
        SELECT 1
          FROM {rel} r
          JOIN shequ_ticket_category top ON top.id = r.shequ_ticket_category_id
          JOIN shequ_ticket_category own ON own.id = t.category_id
         WHERE r.shequ_contract_commitment_id = c.id
           AND own.parent_path LIKE top.parent_path || '%%'))
    AND (c.ticket_kind IS NULL OR c.ticket_kind = t.kind)
""".format(rel="shequ_contract_commitment_shequ_ticket_category_rel")

PROMISE = """
      FROM shequ_contract_measure m
      JOIN shequ_contract_commitment c ON c.id = m.commitment_id
"""

# The instant until which the promise could be kept: the clock's own deadline, or the
# time the promise names, plus the pauses.  A clock in working time is compared by
# the time it used, once it has stopped.
CLOCK = f"""
    SELECT m.id, t.id, NULL::int, NULL::int, NULL::int, d.hit, NULL::int, d.at
    {PROMISE}
      JOIN shequ_sla_clock k
        ON k.estate_id = m.estate_id
       AND k.target = c.clock_target
       AND k.started_at < m.span_to
       AND k.started_at >= m.span_from - interval '{LOOK_BACK}'
      JOIN shequ_ticket t ON t.id = k.ticket_id
CROSS JOIN LATERAL (
        SELECT CASE
                 WHEN COALESCE(c.limit_minutes, 0) = 0 THEN k.deadline
                 WHEN k.time_mode = 'working' THEN NULL
                 ELSE k.started_at + make_interval(
                        mins => c.limit_minutes,
                        secs => COALESCE(k.paused_seconds, 0))
               END AS until
      ) u
CROSS JOIN LATERAL (
        SELECT CASE WHEN u.until IS NULL THEN k.stopped_at
                    ELSE LEAST(k.stopped_at, u.until) END AS at,
               CASE WHEN u.until IS NULL
                    THEN k.used_seconds <= c.limit_minutes * 60
                    ELSE COALESCE(k.stopped_at <= u.until, FALSE) END AS hit
      ) d
     WHERE m.id = ANY(%(ids)s)
       AND k.state != 'void'
       AND t.state NOT IN ('cancelled', 'returned')
       AND d.at >= m.span_from
       AND d.at < m.span_to
       AND (k.stopped_at IS NOT NULL
            OR (u.until < %(now)s
                AND (k.paused_at IS NULL OR k.paused_at > u.until)))
       AND {CATEGORY}
"""

RATED = f"""
    {PROMISE}
      JOIN shequ_ticket t
        ON t.estate_id = m.estate_id
       AND t.reported_at < m.span_to
       AND t.reported_at >= m.span_from - interval '{LOOK_BACK}'
     WHERE m.id = ANY(%(ids)s)
       AND t.rated_at >= m.span_from
       AND t.rated_at < m.span_to
       AND t.rating_value BETWEEN 1 AND 5
       AND {CATEGORY}
"""

RATING = f"""
    SELECT m.id, t.id, NULL::int, NULL::int, NULL::int,
           t.rating_value >= COALESCE(c.min_stars, 4), t.rating_value, t.rated_at
    {RATED}
       AND %(now)s IS NOT NULL
"""

# Of whom a call was wanted: those who were called, or still wait beyond their time.
CALL_RATE = f"""
    SELECT m.id, t.id, NULL::int, NULL::int, NULL::int,
           EXISTS (SELECT 1 FROM shequ_call_back b
                    WHERE b.ticket_id = t.id AND b.result != 'missed'),
           NULL::int, t.done_at
    {PROMISE}
      JOIN shequ_ticket t
        ON t.estate_id = m.estate_id
       AND t.reported_at < m.span_to
       AND t.reported_at >= m.span_from - interval '{LOOK_BACK}'
     WHERE m.id = ANY(%(ids)s)
       AND t.done_at >= m.span_from
       AND t.done_at < m.span_to
       AND (t.call_back_due < %(now)s
            OR EXISTS (SELECT 1 FROM shequ_call_back b WHERE b.ticket_id = t.id))
       AND {CATEGORY}
"""

CALL_RESULT = f"""
    SELECT m.id, b.ticket_id, b.id, NULL::int, NULL::int,
           b.result = 'satisfied', NULL::int, b.at
    {PROMISE}
      JOIN shequ_call_back b
        ON b.estate_id = m.estate_id AND b.at >= m.span_from AND b.at < m.span_to
      JOIN shequ_ticket t ON t.id = b.ticket_id
     WHERE m.id = ANY(%(ids)s)
       AND %(now)s IS NOT NULL
       AND b.result IN ('satisfied', 'unsatisfied')
       AND {CATEGORY}
"""

TICKET_COUNT = f"""
    SELECT m.id, t.id, NULL::int, NULL::int, NULL::int, FALSE, 1, t.reported_at
    {PROMISE}
      JOIN shequ_ticket t
        ON t.estate_id = m.estate_id
       AND t.reported_at >= m.span_from
       AND t.reported_at < m.span_to
     WHERE m.id = ANY(%(ids)s)
       AND %(now)s IS NOT NULL
       AND t.state NOT IN ('cancelled', 'returned')
       AND t.duplicate_of_id IS NULL
       AND {CATEGORY}
"""

# The rounds of the promise; when none is tied to it, all of the kind in the estate.
ROUND_TASKS = f"""
    {PROMISE}
      JOIN shequ_round_task k
        ON k.estate_id = m.estate_id
       AND k.due_at >= m.span_from
       AND k.due_at < m.span_to
      JOIN shequ_round p ON p.id = k.round_id
"""
TIED = """
    (p.commitment_id = c.id
     OR (p.kind = c.round_kind
         AND NOT EXISTS (SELECT 1 FROM shequ_round x
                          WHERE x.commitment_id = c.id
                            AND x.estate_id = m.estate_id)))
"""

ROUND = f"""
    SELECT m.id, NULL::int, NULL::int, k.id, NULL::int,
           k.state = 'done', NULL::int, k.due_at
    {ROUND_TASKS}
     WHERE m.id = ANY(%(ids)s)
       AND (k.state IN ('done', 'late', 'missed')
            OR (k.state = 'planned' AND k.due_at < %(now)s))
       AND {TIED}
"""

ROUND_OK = f"""
    SELECT m.id, h.ticket_id, NULL::int, k.id, h.id,
           h.result = 'ok', NULL::int, h.checked_at
    {ROUND_TASKS}
      JOIN shequ_round_check h ON h.task_id = k.id AND h.result IN ('ok', 'fault')
     WHERE m.id = ANY(%(ids)s)
       AND %(now)s IS NOT NULL
       AND k.state IN ('done', 'late')
       AND {TIED}
"""

SOURCES = {
    "clock": CLOCK,
    "rating_avg": RATING,
    "rating_share": RATING,
    "call_rate": CALL_RATE,
    "call_result": CALL_RESULT,
    "ticket_count": TICKET_COUNT,
    "round": ROUND,
    "round_ok": ROUND_OK,
}
