"""A compiled search under the full rules: slack induction by string removals on whole vehicle days.

``day_search.DaySearch`` is the door. ``facts`` and ``boxes`` write plain arrays from a problem, ``native``
compiles and calls the C++ in ``kernel``: ``day.hpp`` times and prices one vehicle's day under all
rules, ``insert.hpp``, ``ruin.hpp`` and ``moves.hpp`` change the county's day, ``walk.hpp`` is the loop.

After Christiaens and Vanden Berghe (2020), "Slack induction by string removals for vehicle
routing problems", Transportation Science 54(2).
"""
