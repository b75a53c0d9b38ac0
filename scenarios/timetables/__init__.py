"""Buses and lines: their timetables read, their stops given to places, their courses laid on the roads."""
