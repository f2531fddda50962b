-- GETs one address; only the report is wanted.
require "report"
