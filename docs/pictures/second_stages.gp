# second_stages.svg from second_stages.dat: gnuplot second_stages.gp, in this folder. second_stages.awk makes the table.
set terminal svg size 720,460 font "sans-serif,13" background "white"
set output "second_stages.svg"

set title "SECOND from points, one thread, nothing cached: milliseconds"
set style data histograms
set style histogram rowstacked
set style fill solid border linecolor "white"
set boxwidth 0.6
set border 3 linecolor "#333333"
set grid ytics linecolor "#cccccc" linetype 1
set ytics nomirror
set xtics nomirror scale 0
set xrange [-0.6:3.6]
set yrange [0:*]
set key outside right center vertical invert reverse Left noenhanced samplen 1

# Layers of one resolution have one colour.
array colour[14] = ["#8a939c", "#dd8a2b", "#c6dcf0", "#c6dcf0", "#8fbfe0", "#8fbfe0", "#8fbfe0", \
                    "#4b93c8", "#4b93c8", "#4b93c8", "#1f5f9e", "#1f5f9e", "#1f5f9e", "#0b2f5b"]

file = "second_stages.dat"
total(unused) = sum [i = 2:15] column(i)
plot for [i = 2:15] file using i:xtic(1) title columnheader(i) linecolor rgb colour[i - 1], \
     file every ::1 using 0:(total(0)):(sprintf("%.0f", total(0))) with labels offset 0, 0.7 notitle
