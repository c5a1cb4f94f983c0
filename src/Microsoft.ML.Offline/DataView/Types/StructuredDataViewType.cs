namespace Microsoft.ML.Data;

/// <summary>A type whose values have parts, such as vectors.</summary>
public abstract class StructuredDataViewType : DataViewType
{
    /// <summary>Passes the raw type on.</summary>
    protected StructuredDataViewType(Type rawType)
        : base(rawType)
    {
    }
}
