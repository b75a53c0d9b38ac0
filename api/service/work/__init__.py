"""What a child process does for a job, by kind; each module plans with the same code as the command line.

What a job asks for (``request``); ``seconds`` or ``iterations``, ``seed`` and ``workers`` are of all kinds:

solve
    nothing else.
comparison
    ``variants``: text of a file of variants; ``days`` and ``peaks`` as of ``gongpei compare``.
replan
    ``plan``: id of a stored plan of the county; ``events``: text of an events file; ``keep`` as of ``gongpei replan``;
    ``answer``: which of the three answers becomes the plan of the job: smallest, balanced or cheapest.

Imports nothing by itself.
"""
