namespace Microsoft.ML.Data;

/// <summary>A type that is freely copied by assignment.</summary>
public abstract class PrimitiveDataViewType : DataViewType
{
    /// <summary>Passes the raw type on; it must not be disposable.</summary>
    protected PrimitiveDataViewType(Type rawType)
        : base(rawType)
    {
        if (typeof(IDisposable).IsAssignableFrom(rawType))
            throw new ArgumentException($"A primitive column type cannot hold the disposable type {rawType}.", nameof(rawType));
    }
}
