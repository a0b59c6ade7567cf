# Reads Prometheus' text format 0.0.4 as strictly as it is written down: each metric has HELP, TYPE and then its values,
# once, all together; names, labels and numbers have their form; no series comes twice. Prints "NAME{LABELS} VALUE".
function wrong(what) { print "line " NR ": " what ": " $0 >"/dev/stderr"; bad = 1; exit 1 }
/^# HELP [a-zA-Z_:][a-zA-Z0-9_:]* [^\\]+$/ {
  if ($3 in seen) wrong("a second HELP")
  seen[$3] = 1; name = $3; typed = ""; next
}
/^# TYPE / {
  if (NF != 4 || $3 != name || typed != "") wrong("TYPE without its HELP")
  if ($4 !~ /^(gauge|counter|summary)$/) wrong("no such type")
  if ($4 == "counter" && name !~ /_total$/) wrong("a counter's name ends in _total")
  typed = $4; next
}
/^#/ { wrong("a comment that is neither") }
{
  if (!match($0, /^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\[\\"n])*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\[\\"n])*")*\})? -?[0-9]+(\.[0-9]+)?$/))
    wrong("no sample")
  sample = $0; sub(/[ {].*$/, "", sample)
  if (typed == "" || (sample != name && !(typed == "summary" && (sample == name "_sum" || sample == name "_count"))))
    wrong("a sample of another metric than " name)
  if (sample !~ /^samme_/) wrong("a name that is not ours")
  series = $0; sub(/ -?[0-9.]+$/, "", series)
  if (series in seen_series) wrong("a second value of a series")
  seen_series[series] = 1; print
}
END { if (!bad && NR == 0) { print "nothing" >"/dev/stderr"; exit 1 } }
