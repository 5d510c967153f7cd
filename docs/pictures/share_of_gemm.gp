# share_of_gemm.svg from share_of_gemm.dat: gnuplot share_of_gemm.gp, in this folder.
set terminal svg size 640,320 font "sans-serif,13" dashed background "white"
set output "share_of_gemm.svg"

set title "waymo, one thread: share of oneDNN sgemm's rate on the same P x C_{in} x C_{out}"
set xrange [-0.5:4.5]
set yrange [0:2]
set ytics 0.5 nomirror
set xtics nomirror scale 0
set border 3 linecolor "#333333"
set grid ytics linecolor "#cccccc" linetype 1
set arrow from graph 0, first 1 to graph 1, first 1 nohead dashtype (6, 4) linecolor "#333333" back
set style textbox opaque noborder margins 0.5, 0.5 fillcolor "white"
set key outside bottom center horizontal reverse Left samplen 1
set boxwidth 0.32
set style fill solid

file = "share_of_gemm.dat"
plot file every ::1 using 0:(NaN):xtic(1) notitle, \
     file every ::1 using ($0-0.18):2 with boxes linecolor "#2b6cb0" title "submanifold 3x3x3", \
     file every ::1 using ($0+0.18):3 with boxes linecolor "#dd8a2b" title "kernel 3, stride 2", \
     file every ::1 using ($0-0.18):2:(sprintf("%.2f", $2)) with labels boxed offset 0, 0.6 font ",11" notitle, \
     file every ::1 using ($0+0.18):3:(sprintf("%.2f", $3)) with labels boxed offset 0, 0.6 font ",11" notitle
