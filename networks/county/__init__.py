"""Parts of the generator of county road networks; the front door is ``networks.synthetic``."""
