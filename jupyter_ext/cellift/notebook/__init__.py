"""Read notebooks and find their steps and data flow. Pure: nothing here runs or imports user code."""
