# The table of second_stages.dat from what second_stages_benchmark prints: cold passes on one thread, in milliseconds, the index
# of all layers together.
$1 ~ /^stage\/cold\/.*\/threads:1\// && $3 == "ms" {
  split($1, part, "/")
  if (part[3] == "voxelize") { stage = "voxelize"; scene = part[4] }
  else if (part[4] == "index") { stage = "index"; scene = part[5] }
  else if (part[4] == "arithmetic") { stage = part[3]; scene = part[5] }
  else next
  if (!(stage in known_stage)) { known_stage[stage]; stages[++stage_count] = stage }
  if (!(scene in known_scene)) { known_scene[scene]; scenes[++scene_count] = scene }
  time[stage, scene] += $2
}
END {
  printf "%-10s", "scene"
  for (i = 1; i <= stage_count; ++i) printf "%11s", stages[i]
  printf "\n"
  for (s = 1; s <= scene_count; ++s) {
    printf "%-10s", scenes[s]
    for (i = 1; i <= stage_count; ++i) printf "%11.2f", time[stages[i], scenes[s]]
    printf "\n"
  }
}
