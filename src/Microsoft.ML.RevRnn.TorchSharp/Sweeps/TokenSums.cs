using System.Runtime.InteropServices;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>The arguments of <c>TokenSums</c> in updates.h, which says what each is. Pointers are the device's.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TokenSums
{
    public nint Source;
    public nint Target;
    public nint Slots;
    public nint Starts;
    public nint Rows;
    public int Entries;
    public int Stride;
}
