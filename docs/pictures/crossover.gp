# crossover.svg from crossover.dat: gnuplot crossover.gp, in this folder.
set terminal svg size 640,420 font "sans-serif,13" background "white"
set output "crossover.svg"

set title "one thread: dense convolution / sparse one with its index"
set logscale xy
set xrange [0.008:130]
set yrange [0.004:30000]
set xlabel "active cells (%)"
set xtics ("0.01" 0.01, "0.1" 0.1, "1" 1, "10" 10, "100" 100) nomirror
set ytics ("0.1" 0.1, "1" 1, "10" 10, "100" 100, "1000" 1000, "10000" 10000) nomirror
set border 3 linecolor "#333333"
set grid ytics linecolor "#cccccc" linetype 1
set arrow from graph 0, first 1 to graph 1, first 1 nohead linecolor "#333333" back
set key bottom left reverse Left samplen 2

file = "crossover.dat"
plot file using 1:3 every ::1 with linespoints pointtype 7 linecolor "#2f855a" title "room, scattered, 64 channels", \
     file using 1:2 every ::1 with linespoints pointtype 7 linecolor "#2b6cb0" title "room, surfaces, 64 channels", \
     file using 1:4 every ::1 with linespoints pointtype 7 linecolor "#805ad5" title "image, curves, 64 channels", \
     file using 1:5 every ::1 with linespoints pointtype 7 linecolor "#dd8a2b" title "room, surfaces, 64 channels, bfloat16", \
     file using 1:6 every ::1 with linespoints pointtype 7 linecolor "#c53030" title "room, surfaces, 16 channels"
