"""What a node of the local RabbitMQ is told when it starts."""

CONFIG = """\
listeners.tcp.1 = 127.0.0.1:{port}
management.tcp.ip = 127.0.0.1
management.tcp.port = {management_port}
default_user = {user}
default_pass = {password}
collect_statistics_interval = 1000
cluster_partition_handling = pause_minority
"""
# A disk that was full is looked at every 2 s, not 10, which no file has a setting for.
# An expression among the options has to be free of blanks.
LOOK_AT_DISK_OFTEN = (
    "spawn(fun()->"
    "lists:takewhile(fun(_)->"
    "timer:sleep(500),(whereis(rabbit_disk_monitor)=:=undefined)end,lists:seq(1,200)),"
    "rabbit_disk_monitor:set_max_check_interval(2000)end)."
)
# Silence is noticed after so many seconds (60 by default) among nodes of a cluster.
ERLANG_OPTIONS = (
    "-kernel inet_dist_use_interface {127,0,0,1} -kernel net_ticktime 10"
    f" -eval {LOOK_AT_DISK_OFTEN}"
)
PLUGINS = "[rabbitmq_management]."
