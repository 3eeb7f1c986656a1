class P: pass
def loadp(p):
    r=np.fromfile(p,dtype=np.uint8).tobytes(); nh,nb,sr,no=np.frombuffer(r[:16],'<i4'); o=P(); at=16
    o.on=np.frombuffer(r[at:at+12*no],'<f4').reshape(no,3); at+=12*no
    o.c=np.frombuffer(r[at:at+4*20*nh],'<f4').reshape(20,nh); at+=80*nh
    o.near=o.c[0:5]; o.wide=o.c[5:10]; o.all=o.c[10]; o.group=o.c[11:19]; o.sharp=o.c[19]
    o.hz=np.frombuffer(r[at:at+4*nb],'<f4'); at+=4*nb
    o.L=np.frombuffer(r[at:],'<i2').reshape(nh,nb); o.hop=512/sr; o.nh=nh
    return o
