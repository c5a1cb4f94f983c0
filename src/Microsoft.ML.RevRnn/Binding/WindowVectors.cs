using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Binding;

/// <summary>Vectors, which whoever gets one may write to.</summary>
/// <param name="read">Gives the cursor's current vector.</param>
/// <param name="window">The window.</param>
internal sealed class WindowVectors<T>(ValueGetter<VBuffer<T>> read, RowWindow window) : WindowColumn
{
    private readonly VBuffer<T>[] _values = new VBuffer<T>[RowWindow.MostRows];

    public override Delegate Getter => new ValueGetter<VBuffer<T>>(Get);

    public override void Read(int row) => read(ref _values[row]);

    private void Get(ref VBuffer<T> value) => _values[window.Index].CopyTo(ref value);
}
