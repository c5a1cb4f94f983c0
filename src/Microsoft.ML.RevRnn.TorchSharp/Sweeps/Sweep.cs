using System.Runtime.InteropServices;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>The arguments of a sweep over a chunk's steps, field by field those of <c>Sweep</c> in sweep.h, which says what each is. Pointers are the device's.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Sweep
{
    public nint Packed;
    public nint Hidden0;
    public nint Hidden1;
    public nint Gates;
    public nint Outputs;
    public nint Gradients;
    public nint Read0;
    public nint Read1;
    public nint Reset;
    public nint Cells;
    public nint Start;
    public nint States;
    public nint Shown;
    public nint Carried;
    public nint Exchange;
    public nint Digits;
    public nint Fills;
    public nint Stacks;
    public nint Words;
    public nint Below;
    public nint Taken;
    public int PageCapacity;
    private readonly int _padding;
    public nint Failed;
    public nint Bits;
    public nint Account;
    public nint Active;
    public nint Flat;
    public nint Flags;
    public uint Epoch;
    public int Steps;
    public int Units;
    public int Block;
    public int GateStride;
    public int GateRow;
    public int HalfStride;
    public int Depth;
    public int Rows;
    public int RowsOfGroup;
    public int ShiftOfGroup;
    public int BlocksOfGroup;
    public int UnitsOfBlock;
    public int FirstBlock;
    public int Workers;
    public int Tile;
    public float Range;
    public float Highest;
    public int Keeps;
    public int KeepsGates;
    public int First;
    public BackwardSweep Back;
}
