using System.Runtime.InteropServices;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>The arguments of <c>Update</c> in updates.h, which says what each is. Pointers are the device's.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Update
{
    public nint Value;
    public nint Gradient;
    public nint First;
    public nint Second;
    public nint Rows;
    public long Count;
    public int Stride;
    public float Scale;
    public float Rate;
    public float Root;
    public float Keep;
}
